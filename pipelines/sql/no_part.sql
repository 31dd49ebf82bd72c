-- The columns of class_part without a row, to which the parts of each vintage are added.
SELECT '' AS quarter, DATE '2000-01-01' AS known_from, DATE '2000-01-01' AS known_to, '' AS origin, '' AS row_id,
       '' AS unit, '' AS county, '' AS sector, CAST(0 AS BIGINT) AS months, '' AS gbt, '' AS de, '' AS level_used, '' AS rate_level,
       '' AS link_level,
       CAST(0 AS BIGINT) AS va, CAST(0 AS BIGINT) AS va_base, CAST(0 AS BIGINT) AS output, CAST(0 AS BIGINT) AS revenue,
       CAST(0 AS BIGINT) AS revenue_base, CAST(0 AS BIGINT) AS profit, CAST(0 AS BIGINT) AS wages, CAST(0 AS BIGINT) AS staff
WHERE FALSE
