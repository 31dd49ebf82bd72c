-- No return of a legal unit, before any has been looked at. Takes: nothing. Gives: the columns of parent_return.
SELECT '' AS unit, DATE '1900-01-01' AS known_from WHERE FALSE
