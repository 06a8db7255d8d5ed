-- Only functions with more rights than a login call these; no login does.
set role liaison_authz;

revoke execute on function access.risk_defaults() from liaison_platform;

reset role;
