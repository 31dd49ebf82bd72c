-- How many rows of each partition break each law of a contract. The mark is filled with one count per law.
-- Takes: held (the partitions of a table as files). Gives: partition, rows, and law_0, law_1, … in order of the laws.
SELECT parse_filename(filename, TRUE) AS partition, COUNT(*)::BIGINT AS rows /* laws */
FROM held GROUP BY filename ORDER BY partition
