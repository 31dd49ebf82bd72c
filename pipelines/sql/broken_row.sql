-- The reviewed rows that break any rule, so that each rule is looked up among few rows. Takes: reviewed.
SELECT * FROM reviewed WHERE rules <> '' OR queries <> ''
