-- Only functions with more rights than a login call these; no login does.
set role liaison_authz;

revoke execute on function access.fewest_ranked_partners() from liaison_platform, liaison_program;

reset role;
