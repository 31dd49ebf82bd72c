-- What each sound return adds to the norms of its division (class_norm), cut to two digits; NULL where it has no measure.
-- Takes: firm_row. Gives: known_from, sector, division, head, burden, rate, revenue_base. It is kept while norms are made:
--        each of the three is counted by itself, and to type the row again for each would cost more than all of it.
SELECT known_from, sector, division,
       CASE WHEN staff > 0 THEN two_digits(CAST(floor(CAST(revenue AS DOUBLE) / staff) AS BIGINT)) END AS head,
       CASE WHEN tax + vat >= 0
            THEN two_digits(CAST(floor(CAST(tax + vat AS DOUBLE) * 1000000 / revenue) AS BIGINT)) END AS burden,
       CASE WHEN value_added >= 0 AND output > 0
            THEN two_digits(CAST(floor(CAST(value_added AS DOUBLE) * 1000000 / output) AS BIGINT)) END AS rate,
       revenue_base
FROM firm_row
WHERE occurrence = 1 AND unreadable = '' AND identifier_valid AND revenue > 0
