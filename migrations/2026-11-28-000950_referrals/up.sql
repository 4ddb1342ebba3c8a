-- how a program contract came about that a referral led to: by which agreement of the distributor, and for which product of the vendor
CREATE TABLE contract_referrals (
    contract_id text PRIMARY KEY REFERENCES contracts ON DELETE CASCADE,
    agreement_id text NOT NULL,
    version integer NOT NULL,
    referrer_id text NOT NULL,
    -- the service contract that carries it; its chain has the stamp on the referral agreement, which the vendor does not see
    service_id text NOT NULL REFERENCES contracts,
    product_id text NOT NULL REFERENCES products,
    vendor_id text NOT NULL REFERENCES accounts,
    enroller_id text NOT NULL REFERENCES accounts,
    program_id text NOT NULL REFERENCES agreements,
    -- Pending or Active, as the contract is
    open boolean NOT NULL DEFAULT true,
    FOREIGN KEY (agreement_id, referrer_id) REFERENCES agreements (id, owner_id),
    FOREIGN KEY (agreement_id, version) REFERENCES agreement_versions (agreement_id, number)
);
CREATE UNIQUE INDEX contract_referrals_one ON contract_referrals (program_id, vendor_id) WHERE open;
CREATE INDEX contract_referrals_agreement ON contract_referrals (agreement_id, version);
CREATE INDEX contract_referrals_referrer ON contract_referrals (referrer_id);
CREATE INDEX contract_referrals_service ON contract_referrals (service_id);
CREATE INDEX contract_referrals_product ON contract_referrals (product_id);
CREATE INDEX contract_referrals_vendor ON contract_referrals (vendor_id);
CREATE INDEX contract_referrals_enroller ON contract_referrals (enroller_id, product_id);
CREATE INDEX contract_referrals_program ON contract_referrals (program_id);

CREATE FUNCTION close_contract_referral() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contract_referrals SET open = NEW.status IN ('pending', 'active') WHERE contract_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER contracts_close_referral AFTER UPDATE OF status ON contracts
    FOR EACH ROW WHEN (NEW.referral_agreement_id IS NOT NULL AND OLD.status <> NEW.status) EXECUTE FUNCTION close_contract_referral();

-- the chain of a service contract also has what its signee accepts of the agreements that hang on it
DROP INDEX signatures_one_each;
CREATE UNIQUE INDEX signatures_one_each ON signatures (contract_id, agreement_id, version, party) WHERE extension IS NULL;
