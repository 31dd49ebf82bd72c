-- What firms say they do, with the class they are coded to, each pair once. Takes: firm. Gives: activity, class_code.
SELECT DISTINCT activity, class_code FROM firm WHERE activity IS NOT NULL AND class_code IS NOT NULL
