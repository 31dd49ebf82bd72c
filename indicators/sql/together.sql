-- What each unit of several parts, which may lie in several counties, contributes to every region and class.
-- Takes: class_part; several_parts; membership (scheme, class, gbt, de); place (county, region).
-- Gives: quarter, known_from, known_to, origin, region, scheme, class, va, revenue, revenue_base, profit, wages, staff.
SELECT p.quarter, p.known_from, p.known_to, p.origin, g.region, m.scheme, m.class, SUM(p.va)::BIGINT AS va,
       SUM(p.revenue)::BIGINT AS revenue, SUM(p.revenue_base)::BIGINT AS revenue_base, SUM(p.profit)::BIGINT AS profit, SUM(p.wages)::BIGINT AS wages,
       SUM(p.staff)::BIGINT AS staff
FROM class_part AS p
SEMI JOIN several_parts AS s ON s.unit = p.unit AND s.known_from = p.known_from AND s.origin = p.origin
JOIN membership AS m ON m.gbt = p.gbt AND m.de = p.de
JOIN place AS g ON g.county = p.county
GROUP BY p.quarter, p.known_from, p.known_to, p.origin, g.region, m.scheme, m.class, p.unit
