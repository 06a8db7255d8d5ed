-- What a subscription is, is asked of access.effective_subscription.
set role liaison_authz;

drop function access.has_live_subscription(uuid);

reset role;
