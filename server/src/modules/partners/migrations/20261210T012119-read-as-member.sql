set role liaison_owner;

-- These asked for the partner that the context names, and a context names it also for whoever has left it, or whose partner is
-- stopped: in SQL such a person went on reading the members. Reading needs the standing, as everywhere else.
alter policy own_partner on partner_member using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
alter policy own_partner_read on partner_member using (partner_id = (select access.own_partner()));

reset role;
