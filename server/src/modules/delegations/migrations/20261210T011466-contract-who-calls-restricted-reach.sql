-- Only functions with more rights than a login call these; no login does.
set role liaison_authz;

revoke execute on function access.restricted_reach(text, text) from liaison_delegate;

reset role;
