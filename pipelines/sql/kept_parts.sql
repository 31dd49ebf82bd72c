-- The parts kept so far, as cells are made of them. Takes: part. Gives: the contract class_part without its order.
FROM part
