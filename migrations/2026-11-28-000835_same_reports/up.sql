-- The first other file of a product that holds the same report, byte for byte: of those of the same environment, and as far as the reader's
-- company sees what they hold.
CREATE INDEX file_uploads_same ON file_uploads (sha256);
CREATE FUNCTION same_report(file text, reader text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT o.id FROM usage_files f JOIN usage_uploads u ON u.file_id = f.id JOIN file_uploads a ON a.id = u.upload
    JOIN file_uploads b ON b.sha256 = a.sha256 AND b.id <> a.id JOIN usage_uploads v ON v.upload = b.id
    JOIN usage_files o ON o.id = v.file_id AND o.product_id = f.product_id AND o.environment = f.environment
    WHERE f.id = file AND (o.vendor_id = reader
        OR o.owner_id = reader AND o.submitted_at IS NOT NULL AND o.status IN ('pending', 'rejected', 'accepted', 'closed'))
    ORDER BY o.created_at, o.id LIMIT 1
$$;
