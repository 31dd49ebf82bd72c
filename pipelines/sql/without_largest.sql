-- Growth of value added in a quarter with and without the largest units, by digital class and by division, as known on a day.
-- Takes: class_part of the quarter; membership (scheme, class, gbt, de); parameters as_of, fewest.
-- Gives: level, class, growth (all reported units), growth_but1, growth_but3; cumulative, current prices, comparable base.
-- None where fewer than `fewest` units would be left: with the whole beside it, a rest of so few is what each of them reports.
WITH contribution AS (
  SELECT CASE m.scheme WHEN 'digital' THEN 'industry' ELSE 'sector' END AS level, m.class, p.unit,
         SUM(p.va)::BIGINT AS va, SUM(p.va_base)::BIGINT AS va_base
  FROM class_part AS p
  JOIN membership AS m ON m.gbt = p.gbt AND m.de = p.de
  WHERE p.origin = 'measured' AND p.known_from <= CAST($as_of AS DATE) AND CAST($as_of AS DATE) < p.known_to
    AND (m.scheme = 'core_industry' OR (m.scheme = 'digital' AND (m.class = 'core' OR length(m.class) IN (2, 4))))
  GROUP BY ALL
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY level, class ORDER BY va DESC, unit) AS place,
         COUNT(*) OVER (PARTITION BY level, class) AS units
  FROM contribution
), cell AS (
  SELECT level, class, any_value(units) AS units, SUM(va)::BIGINT AS va, SUM(va_base)::BIGINT AS va_base,
         (SUM(va) FILTER (WHERE place > 1))::BIGINT AS va_but1, (SUM(va_base) FILTER (WHERE place > 1))::BIGINT AS va_base_but1,
         (SUM(va) FILTER (WHERE place > 3))::BIGINT AS va_but3, (SUM(va_base) FILTER (WHERE place > 3))::BIGINT AS va_base_but3
  FROM ranked GROUP BY level, class
)
SELECT level, class,
       CASE WHEN units >= $fewest AND va_base > 0 THEN va / va_base - 1.0 END AS growth,
       CASE WHEN units - 1 >= $fewest AND va_base_but1 > 0 THEN va_but1 / va_base_but1 - 1.0 END AS growth_but1,
       CASE WHEN units - 3 >= $fewest AND va_base_but3 > 0 THEN va_but3 / va_base_but3 - 1.0 END AS growth_but3
FROM cell ORDER BY level, class
