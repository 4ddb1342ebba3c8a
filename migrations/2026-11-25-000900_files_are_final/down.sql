DROP TRIGGER blobs_are_final ON blobs;
