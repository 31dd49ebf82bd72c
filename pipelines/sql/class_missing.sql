-- What is imputed for each missing unit at one vintage, or why nothing is.
-- Takes: classed (missing_class with gbt, class_status); class_return; restated, last year's returns; link;
--        imputation_level (step, level, digits, fewest); parameters quarter, known_from, known_to.
-- Gives: the contract class_missing without its order.
-- Clause: ratio of means (docs/methods/imputation.md): last year's accepted return of the same months times the link of
--         the first level, class to group to division to survey, that has one; whole yuan, half away from zero. Profit
--         goes with revenue: its own sums may be of either sign.
WITH reporting AS (
  -- The months that each survey covers this quarter.
  SELECT sector, MAX(months) AS months FROM class_return
  WHERE class_status = 'assigned' AND known_from <= CAST($known_from AS DATE) AND CAST($known_from AS DATE) < known_to
  GROUP BY sector
), candidate AS (
  SELECT c.unit, c.name, c.county, c.sector, CASE WHEN c.class_status = 'assigned' THEN c.gbt END AS gbt,
         l.row_id AS last_row_id, l.months, l.output, l.revenue, l.profit, l.wages, l.staff
  FROM classed AS c
  LEFT JOIN reporting AS r ON r.sector = c.sector
  LEFT JOIN restated AS l
    ON l.row_id = c.last_row_id AND l.sector = c.sector AND l.months = coalesce(r.months, l.months)
), reached AS (
  SELECT c.unit, MIN(k.step) AS step
  FROM candidate AS c
  JOIN imputation_level AS v ON TRUE
  JOIN link AS k ON k.sector = c.sector AND k.step = v.step AND k.code = substr(c.gbt, 1, v.digits)
  GROUP BY c.unit
), linked AS (
  SELECT c.*, coalesce(k.level, '') AS level, coalesce(k.respondents, 0) AS respondents,
         k.output AS output_now, k.last_output, k.revenue AS revenue_now, k.last_revenue,
         k.wages AS wages_now, k.last_wages, k.staff AS staff_now, k.last_staff,
         CASE WHEN c.gbt IS NULL THEN 'no_class' WHEN c.last_row_id IS NULL THEN 'no_last_return'
              WHEN k.level IS NULL THEN 'too_few' ELSE 'imputed' END AS outcome
  FROM candidate AS c
  LEFT JOIN reached AS r ON r.unit = c.unit AND c.last_row_id IS NOT NULL
  LEFT JOIN imputation_level AS v ON v.step = r.step
  LEFT JOIN link AS k ON k.sector = c.sector AND k.step = r.step AND k.code = substr(c.gbt, 1, v.digits)
)
SELECT $quarter AS quarter, CAST($known_from AS DATE) AS known_from, CAST($known_to AS DATE) AS known_to,
       unit, name, county, sector, gbt, outcome, last_row_id, months, level, respondents,
       ROUND(CAST(output_now AS DOUBLE) / last_output, 9) AS link_output,
       ROUND(CAST(revenue_now AS DOUBLE) / last_revenue, 9) AS link_revenue,
       ROUND(CAST(wages_now AS DOUBLE) / last_wages, 9) AS link_wages,
       ROUND(CAST(staff_now AS DOUBLE) / last_staff, 9) AS link_staff,
       carried(output, output_now, last_output) AS output,
       CASE WHEN outcome = 'imputed' THEN output END AS output_base,
       carried(revenue, revenue_now, last_revenue) AS revenue,
       CASE WHEN outcome = 'imputed' THEN revenue END AS revenue_base,
       carried(profit, revenue_now, last_revenue) AS profit,
       carried(wages, wages_now, last_wages) AS wages,
       carried(staff, staff_now, last_staff) AS staff
FROM linked
