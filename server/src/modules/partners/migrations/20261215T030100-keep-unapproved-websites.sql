set role liaison_owner;

-- Tenants read of a partner's website what the provider approved, `approved_website`: what the partner typed last is not theirs to read, as of its
-- support contact.
revoke select (website) on partner from liaison_tenant;

reset role;
