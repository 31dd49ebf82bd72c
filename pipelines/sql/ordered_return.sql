-- Classed returns in a total order. Takes: classed_return (class_return). Gives: the contract class_return.
SELECT * FROM classed_return ORDER BY row_id
