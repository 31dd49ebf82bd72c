-- By how much each respondent's change differed from its class's link, at every level of the imputation classes (L3).
-- Takes: matched; link; imputation_level. Gives: sector, level, digits, code, place (from 0), many (in the class), residual:
--        output now over output a year ago times the link, less 1.
SELECT m.sector, k.level, v.digits, k.code,
       row_number() OVER (PARTITION BY m.sector, k.level, k.code ORDER BY m.output, m.last_output) - 1 AS place,
       COUNT(*) OVER (PARTITION BY m.sector, k.level, k.code)::BIGINT AS many,
       CAST(m.output AS DOUBLE) / m.last_output * k.last_output / k.output - 1 AS residual
FROM matched AS m
JOIN imputation_level AS v ON TRUE
JOIN link AS k ON k.sector = m.sector AND k.step = v.step AND k.code = substr(m.gbt, 1, v.digits)
WHERE m.last_output > 0
