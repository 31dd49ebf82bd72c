-- Classed returns in a total order. Takes: classed (class_return). Gives: the contract class_return.
SELECT * FROM classed ORDER BY row_id
