-- Firm returns as numbers: whole yuan and heads. Row for row; a cell that cannot be read is named in `unreadable`.
-- Takes: firm_text; identifier (unit, valid) with the check digit of each credit code (GB 32100-2015);
--        region (code) with the counties of the workspace.
-- Gives: one row per row, with what the review rules look at.
-- Output (总产出): gross output of industry and construction, revenue of services, margin of trade (methods: rate method).
WITH numbers AS (
  SELECT sector, quarter, row_id, received_at AS known_from, months,
         nullif(upper(plain(t.unit)), '') AS unit, nullif(trim(name), '') AS name,
         nullif(plain(county), '') AS county, nullif(trim(gbt), '') AS gbt_received,
         yuan(gross_output, yuan_per_unit) AS gross_output, yuan(gross_output_base, yuan_per_unit) AS gross_output_base,
         yuan(revenue, yuan_per_unit) AS revenue, yuan(revenue_base, yuan_per_unit) AS revenue_base,
         yuan(cost, yuan_per_unit) AS cost, yuan(cost_base, yuan_per_unit) AS cost_base,
         yuan(profit, yuan_per_unit) AS profit, yuan(wages, yuan_per_unit) AS wages, yuan(vat, yuan_per_unit) AS vat,
         whole(staff) AS staff,
         CASE WHEN NOT is_missing(gross_output) AND yuan(gross_output, yuan_per_unit) IS NULL THEN 'gross_output'
              WHEN NOT is_missing(gross_output_base) AND yuan(gross_output_base, yuan_per_unit) IS NULL THEN 'gross_output_base'
              WHEN NOT is_missing(revenue) AND yuan(revenue, yuan_per_unit) IS NULL THEN 'revenue'
              WHEN NOT is_missing(revenue_base) AND yuan(revenue_base, yuan_per_unit) IS NULL THEN 'revenue_base'
              WHEN NOT is_missing(cost) AND yuan(cost, yuan_per_unit) IS NULL THEN 'cost'
              WHEN NOT is_missing(cost_base) AND yuan(cost_base, yuan_per_unit) IS NULL THEN 'cost_base'
              WHEN NOT is_missing(profit) AND yuan(profit, yuan_per_unit) IS NULL THEN 'profit'
              WHEN NOT is_missing(wages) AND yuan(wages, yuan_per_unit) IS NULL THEN 'wages'
              WHEN NOT is_missing(vat) AND yuan(vat, yuan_per_unit) IS NULL THEN 'vat'
              WHEN NOT is_missing(staff) AND whole(staff) IS NULL THEN 'staff'
              ELSE '' END AS unreadable,
         file, row
  FROM firm_text AS t
), placed AS (
  SELECT n.*,
         CASE sector WHEN 'service' THEN revenue WHEN 'trade' THEN revenue - cost ELSE gross_output END AS output,
         CASE sector WHEN 'service' THEN revenue_base WHEN 'trade' THEN revenue_base - cost_base
                     ELSE gross_output_base END AS output_base,
         coalesce(i.valid, FALSE) AS identifier_valid,
         r.code IS NOT NULL AS county_known
  FROM numbers AS n
  LEFT JOIN identifier AS i ON i.unit = n.unit
  LEFT JOIN region AS r ON r.code = n.county
)
SELECT *,
       -- The first sound row of a unit in a file stands, a second one is a duplicate; a row that is set aside for
       -- another reason takes nobody's place.
       row_number() OVER (
         PARTITION BY sector, unit, known_from, file,
                      identifier_valid AND county_known AND unreadable = '' AND revenue IS NOT NULL AND output IS NOT NULL
         ORDER BY row, row_id) AS occurrence,
       identifier_valid AND county_known AND unreadable = '' AND revenue IS NOT NULL AND output IS NOT NULL AS sound
FROM placed
