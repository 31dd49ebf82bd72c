-- Annual cells by size of firm: large, medium, small, micro, or unsized, by region and class of the digital economy.
-- Takes: returned (income_approach), share; size_limit (classification: limits by GB/T class, yuan and persons);
--        membership (scheme, class, gbt, de); place (county, region); parameters year, known_from, known_to.
-- Gives: the contract cell_size. A firm is as large as the smallest of its items allows (each limit must be reached, else
--        one class down); where an item that is asked for is blank, or the method does not cover the class, it is unsized. Of
--        several returns in a class the one that makes it largest holds.
WITH levelled AS (
  SELECT r.row_id, r.unit, r.county, r.gbt, r.revenue, r.rd, r.staff, r.va,
         l.gbt IS NOT NULL
           AND (l.staff_small IS NULL OR r.staff IS NOT NULL)
           AND (l.revenue_small IS NULL OR r.revenue IS NOT NULL)
           AND (l.assets_small IS NULL OR r.total_assets IS NOT NULL) AS known,
         least(size_level(r.staff, l.staff_large, l.staff_medium, l.staff_small),
               size_level(r.revenue, l.revenue_large, l.revenue_medium, l.revenue_small),
               size_level(r.total_assets, l.assets_large, l.assets_medium, l.assets_small)) AS level
  FROM returned AS r LEFT JOIN size_limit AS l ON l.gbt = r.gbt
), contribution AS (
  SELECT g.region, m.class, v.unit, MAX(v.level) FILTER (WHERE v.known) AS level,
         SUM(CAST(ROUND(v.va * s.k_hi, 0) - ROUND(v.va * s.k_lo, 0) AS BIGINT)) AS va,
         SUM(CAST(ROUND(v.revenue * s.k_hi, 0) - ROUND(v.revenue * s.k_lo, 0) AS BIGINT)) AS revenue,
         SUM(CAST(ROUND(v.rd * s.k_hi, 0) - ROUND(v.rd * s.k_lo, 0) AS BIGINT)) AS rd
  FROM levelled AS v
  JOIN share AS s ON s.row_id = v.row_id
  JOIN membership AS m ON m.gbt = v.gbt AND m.de = s.de AND m.scheme = 'digital' AND length(m.class) IN (2, 4)
  JOIN place AS g ON g.county = v.county
  GROUP BY g.region, m.class, v.unit
)
SELECT CAST($year AS BIGINT) AS year, CAST($known_from AS DATE) AS known_from, CAST($known_to AS DATE) AS known_to,
       region, class,
       CASE level WHEN 3 THEN 'large' WHEN 2 THEN 'medium' WHEN 1 THEN 'small' WHEN 0 THEN 'micro' ELSE 'unsized' END AS size,
       COUNT(*)::BIGINT AS units, SUM(va)::BIGINT AS va, coalesce(SUM(revenue), 0)::BIGINT AS revenue,
       coalesce(SUM(rd), 0)::BIGINT AS rd,
       coalesce(SUM(revenue) FILTER (WHERE rd IS NOT NULL), 0)::BIGINT AS rd_revenue
FROM contribution
GROUP BY region, class, size
ORDER BY region, class, size
