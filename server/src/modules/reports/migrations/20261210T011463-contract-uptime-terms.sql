-- The terms come with the report's own rows.
set role liaison_authz;

drop function access.uptime_terms(uuid[]);

reset role;
