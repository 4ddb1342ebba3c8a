DROP TRIGGER first_signatures_stay ON first_signatures;
DROP TRIGGER first_signatures_are_final ON first_signatures;
DROP FUNCTION refuse_change_of_first_signature();
