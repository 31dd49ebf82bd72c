-- What firms say they do, with the class they are coded to, each pair once. Takes: firm_coded. Gives: activity, class_code.
SELECT DISTINCT activity_text AS activity, class_code FROM firm_coded
WHERE activity_text IS NOT NULL AND class_code IS NOT NULL
