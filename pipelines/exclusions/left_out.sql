-- Which documents are left out. Runs as it stands on DuckDB and on Spark SQL, over two tables:
--   documents   url, date: a DATE; null where there is none, and where it is before 1990 or after the table's last_date
--   exclusions  what datasummary filter wrote for the source
-- The answer is a row for each distinct url and date. left_out is null where SQL does not compare exactly, which is rare:
-- odd spellings, addresses over 2,048 characters, hosts with patterns not fit for LIKE. For those ask
-- datasummary.exclusions.Exclusions.leaves_out(url, date).
WITH addresses AS (
  SELECT DISTINCT url, date,
    lower(split_part(split_part(split_part(url, '/', 3), '?', 1), '#', 1)) AS host
  FROM documents
),
cut AS (
  SELECT url, date, host,
    -- what stands after the host, without the fragment
    split_part(substr(url, instr(url, '://') + 3 + length(host)), '#', 1) AS rest,
    coalesce(
      length(url) <= 2048
        AND regexp_extract(url, '^https?://[A-Za-z0-9_][A-Za-z0-9_.-]*[.][A-Za-z][A-Za-z0-9-]*([/?#][!-~]*)?', 0) = url
        AND regexp_extract(url, '%[a-f][0-9A-Fa-f]|%[0-9A-F][a-f]', 0) = ''
        AND length(host) < 64 AND instr(host, '..') = 0,
      false) AS plain
  FROM addresses
),
asked AS (
  SELECT url, date, plain, CASE WHEN plain THEN host END AS host,
    -- signs that LIKE takes for its own are others that no path holds, here as in the table
    translate(CASE WHEN substr(rest, 1, 1) = '/' THEN rest ELSE concat('/', rest) END,
      concat('%_', chr(92)), concat(chr(1), chr(2), chr(3))) AS path
  FROM cut
),
compared AS (
  SELECT a.url, a.date, a.plain, e.list, e.decides,
    e.list IS NOT NULL AND e.first IS NULL AS unfit,
    CASE WHEN (e.since IS NULL OR a.date >= e.since)
      AND (e.until IS NULL OR a.date IS NULL OR a.date < e.until)
      AND substr(a.path, 1, length(e.first)) = e.first
      AND (e.wild IS NULL OR a.path LIKE e.wild)
    THEN e.priority END AS priority
  FROM asked a LEFT JOIN exclusions e ON e.host = a.host
),
by_list AS (
  -- of each list the first rule that matches
  SELECT url, date, plain, list, min_by(decides, priority) AS decides, bool_or(unfit) AS unfit
  FROM compared GROUP BY url, date, plain, list
)
-- of all lists the greatest number
SELECT url, date,
  CASE WHEN bool_and(plain) AND NOT bool_or(unfit) THEN coalesce(max(decides), 0) % 2 = 1 END AS left_out
FROM by_list GROUP BY url, date
