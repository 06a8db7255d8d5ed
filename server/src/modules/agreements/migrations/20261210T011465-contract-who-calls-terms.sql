-- Only functions with more rights than a login call these; no login does.
set role liaison_authz;

revoke execute on function access.agreement_terms(uuid) from liaison_ingest, liaison_job, liaison_platform, liaison_program;

reset role;
