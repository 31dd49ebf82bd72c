-- Which return holds for each pair when some inputs are new: one gives the money, one the class and the county.
-- Takes: pair (revised_pair); parameters revised_returns, late_returns, entries, recodes: whether each is new.
-- Gives: money_row, class_row; nothing for a pair that has no return then.
WITH turned AS (
  SELECT *, CASE cause WHEN 'revised_returns' THEN $revised_returns WHEN 'late_returns' THEN $late_returns
                       WHEN 'entries' THEN $entries WHEN 'recodes' THEN $recodes ELSE FALSE END AS is_new
  FROM pair
), chosen AS (
  SELECT CASE WHEN is_new THEN new_row ELSE old_row END AS money_row,
         CASE WHEN CASE cause WHEN 'revised_returns' THEN $recodes ELSE is_new END THEN new_row ELSE old_row END AS class_row
  FROM turned
)
SELECT money_row, class_row FROM chosen WHERE money_row IS NOT NULL
