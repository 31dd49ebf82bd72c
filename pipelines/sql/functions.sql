-- Functions used by the statements over raw text.
-- Takes text as received, gives text or numbers; nothing is guessed: what is no number gives NULL, and
-- `is_missing` tells a cell left empty from a cell that cannot be read.

-- Text without blanks, with full-width digits and signs as plain ones.
CREATE OR REPLACE TEMPORARY MACRO plain(x) AS
  translate(
    replace(replace(replace(replace(trim(x), ' ', ''), '　', ''), ',', ''), '，', ''),
    '０１２３４５６７８９．－＋',
    '0123456789.-+');

-- Empty, or one of the signs that statisticians put for "no figure".
CREATE OR REPLACE TEMPORARY MACRO is_missing(x) AS
  x IS NULL OR plain(x) IN ('', '-', '—', '——', '–', '…', '/', 'NA', '无');

-- A number as received, NULL where the cell is empty or cannot be read.
CREATE OR REPLACE TEMPORARY MACRO number(x) AS
  CASE WHEN is_missing(x) THEN NULL ELSE TRY_CAST(plain(x) AS DECIMAL(24, 6)) END;

-- Money as whole yuan, half away from zero; NULL where there is no readable number
-- or one too large to be money.
CREATE OR REPLACE TEMPORARY MACRO yuan(x, yuan_per_unit) AS
  TRY_CAST(ROUND(number(x) * CAST(yuan_per_unit AS DECIMAL(10, 0)), 0) AS BIGINT);

-- A count as an integer; a fraction of a person gives NULL and is thereby unreadable.
CREATE OR REPLACE TEMPORARY MACRO whole(x) AS
  CASE WHEN number(x) = ROUND(number(x), 0) THEN TRY_CAST(number(x) AS BIGINT) END;
