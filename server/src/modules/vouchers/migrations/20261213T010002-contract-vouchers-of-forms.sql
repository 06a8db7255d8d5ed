-- An agency issues and looks up by functions alone.
set role liaison_owner;

drop policy never_foreign on voucher;
drop policy own_agency on voucher;
drop policy own_agency_insert on voucher;
drop policy own_agency_insert on voucher_recipient;
revoke select (tenant_id, id, code, voucher_type_id, status, agency_id, requested_at, issued_at, expires_at, redeemed_at),
  insert (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, agency_key_id, issuer_mode, issued_by_label) on voucher from liaison_embed;
revoke insert (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after) on voucher_recipient from liaison_embed;

reset role;
set role liaison_authz;

revoke execute on function access.issue_voucher(uuid, bytea, jsonb) from liaison_embed;
revoke execute on function access.match_voucher(uuid, bytea) from liaison_embed;

reset role;
