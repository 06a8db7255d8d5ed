set role liaison_owner;

-- Who belongs where decides who may do what, so these changes too need an event in the same transaction.
call private.audit_changes('tenant_member', true);
call private.audit_changes('billing_account', true);
call private.audit_changes('tenant', false);
call private.audit_changes('partner', false);
call private.audit_changes('partner_member', false);
call private.audit_changes('person', false);
call private.audit_changes('platform_staff', false);

reset role;
