-- A decision that is kept is found by an id that nobody can guess since (decision 037), and no longer carried about under a sign.
set role liaison_authz;

drop function access.key_if_it_holds(jsonb);
drop function access.sign_kept(access.kept_decision);

reset role;
