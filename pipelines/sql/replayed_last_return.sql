-- The returns of a year ago that hold when some inputs are new.
-- Takes: received_last (core_return), chosen (replayed_pair). Gives: the contract core_return, valid on every day.
SELECT l.* REPLACE (DATE '1900-01-01' AS known_from, DATE '9999-12-31' AS known_to)
FROM chosen AS p JOIN received_last AS l ON l.row_id = p.money_row
