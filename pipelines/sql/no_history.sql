-- A history without rows, for the first quarters of a workspace. Takes: nothing. Gives: the columns of firm_history.
SELECT '' AS quarter, '' AS sector, '' AS unit, DATE '1900-01-01' AS known_from, DATE '1900-01-01' AS known_to,
       CAST(0 AS BIGINT) AS months, '' AS class_code, FALSE AS is_core, CAST(0 AS BIGINT) AS gross_output,
       CAST(0 AS BIGINT) AS revenue, CAST(0 AS BIGINT) AS cost, CAST(0 AS BIGINT) AS wages, CAST(0 AS BIGINT) AS staff
WHERE FALSE
