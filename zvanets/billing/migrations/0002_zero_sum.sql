-- What one statement brings must sum up to zero in each booking. Lines are never changed or taken back (the grants),
-- so whatever stands in the books sums up to zero.
CREATE FUNCTION billing_sums_to_zero() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT FROM added GROUP BY school_id, booking_id HAVING sum(cents) <> 0) THEN
        RAISE EXCEPTION 'the lines of a booking do not sum up to zero'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_booking_sums_up_to_zero';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_booking_sums_up_to_zero AFTER INSERT ON billing_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing_sums_to_zero();
CREATE FUNCTION billing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the books are written once' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON billing_posting
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse();
