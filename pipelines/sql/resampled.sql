-- What imputed core value added would change by if each imputed unit had moved like one respondent of its class, drawn with
-- replacement. Takes: imputed_core; residual; draw (draw, number, chance in [0, 1)).
-- Gives: draw, sector, change, va (yuan, of all imputed units of the sector). Sums only, exact in any order.
SELECT d.draw, u.sector,
       SUM(CAST(ROUND(u.va * r.residual, 0) AS BIGINT))::BIGINT AS change, SUM(u.va)::BIGINT AS va
FROM draw AS d
JOIN imputed_core AS u ON u.number = d.number
JOIN residual AS r ON r.sector = u.sector AND r.level = u.link_level AND r.code = substr(u.gbt, 1, r.digits)
  AND r.place = CAST(floor(d.chance * r.many) AS BIGINT)
GROUP BY d.draw, u.sector
ORDER BY d.draw, u.sector
