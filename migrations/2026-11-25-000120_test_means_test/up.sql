-- what was ordered under a test contract before this rule was kept is a test from now on
ALTER TABLE fulfillment_requests DISABLE TRIGGER USER;
UPDATE fulfillment_requests r SET environment = 'test' FROM subscriptions s JOIN contracts c ON c.id = s.contract_id
    WHERE s.id = r.subscription_id AND c.kind = 'test' AND r.environment = 'production';
ALTER TABLE fulfillment_requests ENABLE TRIGGER USER;
UPDATE subscriptions s SET environment = 'test' FROM contracts c
    WHERE c.id = s.contract_id AND c.kind = 'test' AND s.environment = 'production';

CREATE FUNCTION refuse_production_under_test_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.environment = 'production'
        AND EXISTS (SELECT FROM contracts WHERE id = NEW.contract_id AND kind = 'test') THEN
        RAISE EXCEPTION 'contract % is a test: what is ordered under it is in the test environment', NEW.contract_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subscriptions_of_test_contracts_are_tests BEFORE INSERT OR UPDATE OF environment, contract_id ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION refuse_production_under_test_contract();
