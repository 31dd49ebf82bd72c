-- Functions used by the statements over raw text.
-- Takes text as received, gives text or numbers; nothing is guessed: what is no number gives NULL, and
-- `is_missing` tells a cell left empty from a cell that cannot be read.

-- Text without blanks, with full-width digits and signs as plain ones. Most texts are plain already (as many bytes as
-- characters, and none of those that go) and stay.
CREATE OR REPLACE MACRO plain(x) AS
  CASE WHEN strlen(x) = length(x) AND NOT contains(x, ' ') AND NOT contains(x, ',') THEN x
       ELSE translate(trim(x), '０１２３４５６７８９．－＋ 　,，', '0123456789.-+') END;

-- Empty, or one of the signs that statisticians put for "no figure". (No IN: the engine makes a join of each list.)
CREATE OR REPLACE MACRO is_missing(x) AS
  CASE WHEN x IS NULL OR x = '' THEN TRUE
       ELSE regexp_full_match(plain(x), '|-|—|——|–|…|/|NA|无') END;

-- A number as received, NULL where the cell is empty or cannot be read; no sign for "no figure" is a number.
CREATE OR REPLACE MACRO number(x) AS
  CASE WHEN x = '' THEN NULL ELSE TRY_CAST(plain(x) AS DECIMAL(26, 8)) END;

-- Money as whole yuan, half away from zero; NULL where there is no readable number
-- or one of 10^16 yuan or more, which is no firm's money and would overflow sums.
CREATE OR REPLACE MACRO yuan(x, yuan_per_unit) AS
  CAST(TRY_CAST(ROUND(number(x) * CAST(yuan_per_unit AS DECIMAL(10, 0)), 0) AS DECIMAL(16, 0)) AS BIGINT);

-- The same number the short way, for millions of cells: `near` first, then `exact` with what it gave. A product that is
-- below 10^12 and within 0.001 of a whole yuan as a floating number rounds to the same yuan; all others go the long way.
CREATE OR REPLACE MACRO near(x, yuan_per_unit) AS
  TRY_CAST(x AS DOUBLE) * yuan_per_unit;

CREATE OR REPLACE MACRO exact(x, product, yuan_per_unit) AS
  CASE WHEN abs(product - round(product)) < 0.001 AND abs(product) < 1e12 THEN CAST(round(product) AS BIGINT)
       ELSE yuan(x, yuan_per_unit) END;

-- A count as an integer; a fraction of a person gives NULL and is thereby unreadable.
CREATE OR REPLACE MACRO whole(x) AS
  CASE WHEN number(x) = ROUND(number(x), 0) THEN CAST(TRY_CAST(number(x) AS DECIMAL(12, 0)) AS BIGINT) END;

-- A whole number cut to its first two digits (12,345 gives 12,000): few values to count, exact, less than a tenth off.
CREATE OR REPLACE MACRO two_digits(x) AS
  CASE WHEN x < 100 THEN x
       ELSE CAST(substr(CAST(x AS VARCHAR), 1, 2) || repeat('0', length(CAST(x AS VARCHAR)) - 2) AS BIGINT) END;

-- How many times larger one amount is than another, as a power of ten; NULL where either is not above zero.
CREATE OR REPLACE MACRO power_of_ten(x, y) AS
  CASE WHEN x > 0 AND y > 0 THEN log10(CAST(x AS DOUBLE) / CAST(y AS DOUBLE)) END;

-- The number under which a query goes out and its answer comes back: the same for a row and a rule whenever it is made.
CREATE OR REPLACE MACRO query_number(row_id, rule) AS
  upper('q' || substr(sha256(row_id || ':' || rule), 1, 12));

-- An amount times the ratio of two positive sums, exact, half away from zero; NULL where any of them is.
CREATE OR REPLACE MACRO carried(x, over, under) AS
  CAST(sign(x) * ((2 * CAST(abs(x) AS HUGEINT) * over + under) // (2 * CAST(under AS HUGEINT))) AS BIGINT);

-- Money as text, in the unit of a return: whole yuan first, then to a tenth of the unit, half away from zero, and no
-- decimal where it is a whole number; NULL from 10^17 yuan on. A floating number is never made text: each engine writes
-- it in a way of its own, from 10^7 on as 2.44297E8.
CREATE OR REPLACE MACRO amount(x, yuan_per_unit) AS
  rtrim(rtrim(CAST(carried(TRY_CAST(TRY_CAST(round(x, 0) AS BIGINT) AS DECIMAL(17, 0)), 10, yuan_per_unit) * 0.1 AS VARCHAR),
              '0'), '.');

-- Whether a unit had entered the register by a day, or left it. No day of entry: it was always there. A day of exit before
-- the day of entry contradicts itself and counts as none.
CREATE OR REPLACE MACRO entered(entry_date, day) AS coalesce(entry_date <= day, TRUE);

CREATE OR REPLACE MACRO gone(entry_date, exit_date, day) AS
  coalesce(exit_date <= day, FALSE) AND NOT coalesce(exit_date < entry_date, FALSE);

-- An answer as a truth value: yes on 是, 1, √ or Y, no on 否, 0, × or N, NULL on anything else.
CREATE OR REPLACE MACRO answered(x) AS
  CASE WHEN upper(plain(x)) IN ('是', '1', '√', 'Y') THEN TRUE WHEN upper(plain(x)) IN ('否', '0', '×', 'N') THEN FALSE END;

-- Whether a number of all and a number of some of them hold together: both blank, or both whole and some no more than all.
CREATE OR REPLACE MACRO counted(total, part) AS
  (is_missing(total) AND is_missing(part)) OR coalesce(whole(part) BETWEEN 0 AND whole(total), FALSE);

-- Which class of size an item allows: 3 large, 2 medium, 1 small, 0 micro; an item that is not asked for (no limits) allows
-- any, and a blank one tells nothing.
CREATE OR REPLACE MACRO size_level(x, large, medium, small) AS
  CASE WHEN small IS NULL THEN 3 WHEN x >= large THEN 3 WHEN x >= medium THEN 2 WHEN x >= small THEN 1
       WHEN x IS NOT NULL THEN 0 END;

-- A portion of whole yuan, exact, half away from zero: in 64 bits where the product fits at any rate (DECIMAL(7,6)), by
-- decimals where it would not. All of it is all of it: most units belong to one class.
CREATE OR REPLACE MACRO portion(x, k) AS
  CASE WHEN k = 1 THEN x
       WHEN abs(x) < 900000000000
         THEN (x * CAST(k * 1000000 AS BIGINT) + CASE WHEN x < 0 THEN -500000 ELSE 500000 END) // 1000000
       ELSE CAST(ROUND(x * k, 0) AS BIGINT) END;

-- What falls between two bounds of a cumulated share.
CREATE OR REPLACE MACRO part_between(x, k_lo, k_hi) AS
  portion(x, k_hi) - CASE WHEN k_lo = 0 THEN 0 ELSE portion(x, k_lo) END;
