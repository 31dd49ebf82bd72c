-- Value added by the income approach, per accepted annual return of a year, at one vintage.
-- Takes: classed (core_annual with gbt, class_status); parameters year, known. Gives: returned with va and output, in
--        whole yuan, and what size and research intensity rest on. A unit whose value added is negative stays in.
SELECT c.row_id, c.unit, c.county, c.sector, c.gbt, c.output, c.revenue, c.rd, c.staff, c.total_assets,
       c.value_added AS va
FROM classed AS c
WHERE c.year = $year AND c.class_status = 'assigned'
  AND c.known_from <= CAST($known AS DATE) AND CAST($known AS DATE) < c.known_to
