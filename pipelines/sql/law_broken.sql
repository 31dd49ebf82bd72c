-- The first rows of each partition that break one law. The marks are filled with the law and the columns of the place.
-- Takes: held (the partitions of a table as files); parameter first. Gives: partition, unexpected (rows at fault),
--        nth (the row's number in its partition), and the columns of the place.
WITH judged AS (
  SELECT parse_filename(filename, TRUE) AS partition, file_row_number + 1 AS nth /* place */, FALSE /* broken */ AS broken
  FROM held
)
SELECT partition, COUNT(*) OVER (PARTITION BY partition) AS unexpected, nth /* place */
FROM judged WHERE broken
QUALIFY row_number() OVER (PARTITION BY partition ORDER BY nth) <= $first
ORDER BY partition, nth
