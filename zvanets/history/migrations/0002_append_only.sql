-- History: written by history_record() alone, changed by nobody, erased in parts by history_erase() alone.
-- Both run as the owner; the wall applies to the owner too, so they see the school of app.school_id and no other.

ALTER TABLE history_entry ADD CONSTRAINT fields_are_one_line
    CHECK (strpos(verb || sub_verb || actor_role || address, E'\n') = 0);

CREATE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION history_refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('zvanets.erasing', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'history is append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON history_entry FOR EACH ROW EXECUTE FUNCTION history_refuse();
CREATE TRIGGER no_change BEFORE UPDATE ON history_entrybody FOR EACH ROW EXECUTE FUNCTION history_refuse();
CREATE TRIGGER no_erasure BEFORE DELETE ON history_entrybody
    FOR EACH ROW EXECUTE FUNCTION history_refuse_unless_erasing();
CREATE TRIGGER no_change BEFORE DELETE ON history_chainhead FOR EACH ROW EXECUTE FUNCTION history_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON history_entry EXECUTE FUNCTION history_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON history_entrybody EXECUTE FUNCTION history_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON history_chainhead EXECUTE FUNCTION history_refuse();

-- One link: SHA-256(the link before, this row). As a window it makes the chain of all rows of an act in one statement.
CREATE FUNCTION history_link(state bytea, head bytea, entry bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN sha256(COALESCE(state, head) || entry);
END $$;
CREATE AGGREGATE history_chain(head bytea, entry bytea) (SFUNC = history_link, STYPE = bytea);

CREATE FUNCTION history_record(p_at timestamptz, p_actor bigint, p_role text, p_address text, p_tell boolean, p_facts json)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_school bigint := NULLIF(current_setting('app.school_id', true), '')::bigint;
    v_head history_chainhead;
    v_at timestamptz;
    v_at_us text;
BEGIN
    IF v_school IS NULL THEN
        RAISE EXCEPTION 'history_record outside a school' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO v_head FROM history_chainhead WHERE school_id = v_school FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO history_chainhead (school_id, number, at, chain) VALUES (v_school, 0, p_at, '\x')
            ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT v_head FROM history_chainhead WHERE school_id = v_school FOR UPDATE;
    END IF;
    -- The time is fixed after the lock and never runs back, so numbers and times rise together.
    v_at := GREATEST(p_at, v_head.at);
    v_at_us := (EXTRACT(EPOCH FROM v_at) * 1000000)::bigint::text;

    WITH told AS (
        SELECT f.*, v_head.number + f.n AS number, nextval('history_entry_id_seq') AS id, uuid_send(gen_random_uuid()) AS salt
        FROM ROWS FROM (json_to_recordset(p_facts) AS (
            verb text, sub_verb text, student_id bigint, course_id bigint, class_group_id bigint, object_id bigint,
            lesson_id bigint, grace integer, body json)) WITH ORDINALITY
            AS f(verb, sub_verb, student_id, course_id, class_group_id, object_id, lesson_id, grace, body, n)
    ), hashed AS (
        SELECT told.*, sha256(salt || convert_to(body::text, 'UTF8')) AS digest FROM told
    ), chained AS (
        SELECT hashed.*, history_chain(v_head.chain, convert_to(format(
            E'%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n', v_school, number, v_head.number + 1, v_at_us,
            verb, sub_verb, p_actor, p_role, p_address, student_id, course_id, class_group_id, object_id, lesson_id
        ), 'UTF8') || digest) OVER (ORDER BY n) AS chain
        FROM hashed
    ), entries AS (
        INSERT INTO history_entry (id, school_id, number, act, verb, sub_verb, at, actor_id, actor_role, address,
            student_id, course_id, class_group_id, object_id, lesson_id, digest, chain)
        SELECT id, v_school, number, v_head.number + 1, verb, sub_verb, v_at, p_actor, p_role, p_address,
            student_id, course_id, class_group_id, object_id, lesson_id, digest, chain
        FROM chained
    ), bodies AS (
        INSERT INTO history_entrybody (school_id, entry_id, salt, text)
        SELECT v_school, id, salt, body::text FROM chained
    ), waiting AS (
        INSERT INTO history_pending (school_id, entry_id, verb, student_id, course_id, class_group_id, object_id,
            lesson_id, at, due_at)
        -- By the clock, not by v_at: one entry made while a clock stood ahead must not hold back what a school says next.
        SELECT v_school, c.id, c.verb, c.student_id, c.course_id, c.class_group_id, c.object_id, c.lesson_id, p_at,
            p_at + COALESCE(g.seconds, c.grace) * interval '1 second'
        FROM chained c LEFT JOIN history_grace g ON g.school_id = v_school AND g.verb = c.verb
        WHERE p_tell AND c.grace IS NOT NULL  -- without one: a verb that families are never told of
    )
    UPDATE history_chainhead SET number = last.number, at = v_at, chain = last.chain
    FROM (SELECT number, chain FROM chained ORDER BY n DESC LIMIT 1) AS last
    WHERE school_id = v_school;

    IF p_tell THEN
        PERFORM pg_notify('zvanets_pending', '');
    END IF;
    RETURN v_head.number + 1;
END $$;

-- A child's data is erased by deleting the bodies; digests and chain stay, and the act of erasing is an entry itself.
CREATE FUNCTION history_erase(p_student bigint, p_at timestamptz, p_actor bigint, p_role text, p_address text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_school bigint := NULLIF(current_setting('app.school_id', true), '')::bigint;
    v_numbers text;
BEGIN
    IF v_school IS NULL OR p_student IS NULL THEN
        RAISE EXCEPTION 'history_erase needs a school and a student' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SET LOCAL zvanets.erasing = 'on';
    WITH gone AS (
        DELETE FROM history_entrybody b USING history_entry e
        WHERE e.school_id = v_school AND e.student_id = p_student AND e.verb <> 'body.erased'
          AND b.school_id = v_school AND b.entry_id = e.id
        RETURNING e.number
    )
    SELECT string_agg(number::text, ',' ORDER BY number) INTO v_numbers FROM gone;
    SET LOCAL zvanets.erasing = 'off';
    RETURN history_record(p_at, p_actor, p_role, p_address, false, json_build_array(json_build_object(
        'verb', 'body.erased', 'sub_verb', '', 'student_id', p_student, 'grace', 0,
        'body', ('{"numbers":[' || COALESCE(v_numbers, '') || ']}')::json)));
END $$;

REVOKE ALL ON FUNCTION history_record(timestamptz, bigint, text, text, boolean, json) FROM PUBLIC;
REVOKE ALL ON FUNCTION history_erase(bigint, timestamptz, bigint, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION history_link(bytea, bytea, bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION history_chain(bytea, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history_record(timestamptz, bigint, text, text, boolean, json) TO zv_app, zv_worker;
GRANT EXECUTE ON FUNCTION history_erase(bigint, timestamptz, bigint, text, text) TO zv_eraser;
