-- a file is found by its hash, so other bytes are another file: what people signed is nothing that a program may write over
CREATE TRIGGER blobs_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON blobs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
