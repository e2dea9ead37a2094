-- What the database itself says about the wall. Each question returns sentences; none at all means the wall is whole.
-- Parameters: national (table names), names_schools (those of them with a school_id), national_indexes,
-- plain_ids (column names), one_school and mine (policy texts).
WITH tables AS (
    SELECT c.oid, c.relname AS name, c.relowner, c.relrowsecurity, c.relforcerowsecurity,
           c.relname = ANY (%(national)s) AS is_national,
           a.attnum AS school, COALESCE(a.attnotnull, true) AS school_is_set
    FROM pg_class c
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'school_id' AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
), walled AS (
    SELECT * FROM tables WHERE school IS NOT NULL AND NOT is_national
), served AS (
    SELECT oid AS role, rolname AS name FROM pg_roles WHERE rolname IN ('zv_app', 'zv_worker', 'zv_report', 'zv_eraser')
), policies AS (
    SELECT w.oid, w.name, p.polname, p.polcmd, p.polroles, p.polpermissive,
           pg_get_expr(p.polqual, p.polrelid) AS sees, pg_get_expr(p.polwithcheck, p.polrelid) AS writes
    FROM walled w JOIN pg_policy p ON p.polrelid = w.oid
), indexes AS (
    SELECT w.oid, w.name, i.indexrelid::regclass::text AS index, i.indisunique, i.indnatts,
           i.indkey[0] AS first, w.school
    FROM walled w JOIN pg_index i ON i.indrelid = w.oid
), keys AS (
    SELECT k.conname, k.conrelid, k.confrelid, k.conkey, k.confkey, near.name AS near, far.name AS far,
           near.school AS near_school, far.school AS far_school, near.is_national AS near_national,
           far.is_national AS far_national
    FROM pg_constraint k
    JOIN tables near ON near.oid = k.conrelid JOIN tables far ON far.oid = k.confrelid
    WHERE k.contype = 'f'
), history AS (
    SELECT oid, relname AS name FROM pg_class
    WHERE relname IN ('history_entry', 'history_entrybody', 'history_chainhead')
      AND relnamespace = 'public'::regnamespace
)
SELECT name || ' has neither school_id nor an entry in NATIONAL' FROM tables WHERE school IS NULL AND NOT is_national
UNION ALL
SELECT name || ' has school_id and an entry in NATIONAL' FROM tables
WHERE school IS NOT NULL AND is_national
  AND name <> ALL (%(names_schools)s)
UNION ALL
SELECT name || '.school_id may be NULL' FROM walled WHERE NOT school_is_set
UNION ALL
SELECT name || ' has row security switched off or not forced' FROM walled
WHERE NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL
SELECT name || ' has no policy one_school with the one right text' FROM walled w
WHERE NOT EXISTS (
    SELECT FROM policies p WHERE p.oid = w.oid AND p.polname = 'one_school' AND p.polcmd = '*' AND p.polpermissive
      AND p.sees = %(one_school)s AND COALESCE(p.writes, p.sees) = %(one_school)s
      AND 'zv_app'::regrole = ANY (p.polroles))
UNION ALL
SELECT name || ' has a second policy for zv_app: ' || polname FROM policies
WHERE polpermissive AND polname <> 'one_school'
  AND (0 = ANY (polroles) OR EXISTS (SELECT FROM unnest(polroles) r WHERE pg_has_role('zv_app', r, 'MEMBER')))
  AND NOT (name = 'accounts_membership' AND polname = 'mine' AND polcmd = 'r' AND sees = %(mine)s)
UNION ALL
SELECT name || ' has a unique index that does not begin with the school: ' || index FROM indexes
WHERE indisunique AND first <> school
UNION ALL
SELECT name || ' has an index that does not begin with the school: ' || index FROM indexes i
WHERE NOT indisunique AND first <> school AND index <> ALL (%(national_indexes)s)
  AND NOT (indnatts = 1 AND EXISTS (
      SELECT FROM keys k WHERE k.conrelid = i.oid AND k.far_national AND k.conkey = ARRAY[i.first]))
UNION ALL
SELECT near || ' has a key that does not pair school with school: ' || conname FROM keys
WHERE near_school IS NOT NULL AND far_school IS NOT NULL AND NOT far_national
  AND (conkey[1] <> near_school OR confkey[1] <> far_school)
UNION ALL
SELECT near || ' is national and has a key into a school: ' || conname FROM keys
WHERE near_national AND far_school IS NOT NULL AND NOT far_national
UNION ALL
SELECT w.name || '.' || a.attname || ' looks like a key and is none' FROM walled w
JOIN pg_attribute a ON a.attrelid = w.oid AND NOT a.attisdropped
WHERE a.attname LIKE '%%\_id' AND a.attname <> 'school_id' AND a.atttypid IN ('bigint'::regtype, 'integer'::regtype)
  AND a.attname <> ALL (%(plain_ids)s) AND w.name NOT LIKE 'history\_%%'
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = w.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey))
UNION ALL
SELECT c.relname || ' is a view that zv_app may read with its owner''s eyes' FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
  AND has_any_column_privilege('zv_app', c.oid, 'SELECT')
  AND (c.relkind = 'm' OR NOT COALESCE(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false))
UNION ALL
SELECT t.name || ' grants TRUNCATE, REFERENCES or TRIGGER to ' || s.name FROM tables t CROSS JOIN served s
WHERE has_table_privilege(s.role, t.oid, 'TRUNCATE, REFERENCES, TRIGGER')
UNION ALL
SELECT h.name || ' may be written by ' || s.name FROM history h CROSS JOIN served s
WHERE has_any_column_privilege(s.role, h.oid, 'INSERT, UPDATE') OR has_table_privilege(s.role, h.oid, 'DELETE')
UNION ALL
SELECT w.name || ' can not be read by ' || r FROM walled w, unnest(ARRAY['zv_app', 'zv_report']) r
WHERE NOT has_table_privilege(r, w.oid, 'SELECT')
UNION ALL
SELECT r.rolname || ' is more than a user of the tables' FROM pg_roles r JOIN served s ON s.role = r.oid
WHERE r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
   OR EXISTS (SELECT FROM tables t WHERE pg_has_role(r.oid, t.relowner, 'MEMBER'))
UNION ALL
SELECT p.proname || ' runs as its owner and is open to everybody or to any search_path' FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
  AND (NOT COALESCE(p.proconfig && ARRAY['search_path=pg_catalog, public, pg_temp'], false)
       OR EXISTS (SELECT FROM aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0))
UNION ALL
SELECT c.relname || ' is a partition with a door of its own for ' || s.name FROM pg_class c CROSS JOIN served s
WHERE c.relispartition AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
  AND (has_any_column_privilege(s.role, c.oid, 'SELECT, INSERT, UPDATE') OR has_table_privilege(s.role, c.oid, 'DELETE'))
ORDER BY 1
