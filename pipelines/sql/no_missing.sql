-- The columns of class_missing without a row, to which the missing units of each vintage are added.
SELECT '' AS quarter, DATE '2000-01-01' AS known_from, DATE '2000-01-01' AS known_to, '' AS unit, '' AS name, '' AS county,
       '' AS sector, '' AS gbt, '' AS outcome, '' AS last_row_id, CAST(0 AS BIGINT) AS months, '' AS level,
       CAST(0 AS BIGINT) AS respondents, CAST(0 AS DOUBLE) AS link_output, CAST(0 AS DOUBLE) AS link_revenue,
       CAST(0 AS DOUBLE) AS link_wages, CAST(0 AS DOUBLE) AS link_staff, CAST(0 AS BIGINT) AS output,
       CAST(0 AS BIGINT) AS output_base, CAST(0 AS BIGINT) AS revenue, CAST(0 AS BIGINT) AS revenue_base,
       CAST(0 AS BIGINT) AS profit, CAST(0 AS BIGINT) AS wages, CAST(0 AS BIGINT) AS staff
WHERE FALSE
