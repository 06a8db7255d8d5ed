set role liaison_owner;

-- Who belongs where decides who may do what, so these changes too need an event in the same transaction.
call private.audit_changes('tenant_member', true);
call private.audit_changes('billing_account', true);
call private.audit_changes('tenant', false);
call private.audit_changes('partner', false);
call private.audit_changes('partner_member', false);
call private.audit_changes('person', false);
call private.audit_changes('platform_staff', false);
-- So do changes of how somebody proves who they are.
call private.audit_changes('password_credential', false);
-- The counters of a factor (the last step, the signature count) move with its use and are no change of it.
create constraint trigger audited after insert or delete or update of secret, confirmed_at on totp_factor
  deferrable initially deferred for each row execute function audit.require_event();
create constraint trigger audited after insert or delete or update of credential_id, public_key, label on passkey
  deferrable initially deferred for each row execute function audit.require_event();
call private.audit_changes('recovery_code', false);

reset role;
