set role liaison_owner;

-- Decisions about API clients are kept as those about persons are (access.stamp). Accounts and delegations are keys of their own, so that
-- what changes about them does not end what is kept of persons.
call private.stamp_changes('api_client', 'id');
call private.stamp_changes('revoked_token', 'client_id');
call private.stamp_changes('consent', 'id');
call private.stamp_changes('delegation_account', 'delegation_id');
call private.stamp_changes('billing_account', 'id');
call private.stamp_changes('commercial_relationship', 'account_id', 'payer_account_id');

reset role;
