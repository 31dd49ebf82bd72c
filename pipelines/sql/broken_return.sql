-- The returns that break any rule, few. Takes: returned (core_return). Gives: row_id, known_from, known_to, name.
SELECT row_id, known_from, known_to, name FROM returned WHERE rules <> '' OR queries <> ''
