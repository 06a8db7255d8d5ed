set role liaison_owner;

-- Rules ask which plans a partner offers, so a change of that is told like one of its kinds: without it every process went on deciding by the
-- plans of before for up to half a minute, and each for another time.
create trigger features_announced after insert or update of is_offered on partner_plan for each row execute function private.announce_features('partner_id');

reset role;
