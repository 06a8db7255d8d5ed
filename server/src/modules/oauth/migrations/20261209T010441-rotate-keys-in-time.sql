set role liaison_owner;

-- The authorization server makes its keys and, once one has served its time, takes the next one into use.
grant update (state, activated_at, retired_at) on signing_key to liaison_auth;

reset role;
