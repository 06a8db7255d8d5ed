set role liaison_owner;

-- Rows that stood are looked at while others write.
alter table link_handover validate constraint link_handover_old_of_tenant, validate constraint link_handover_new_of_tenant;

reset role;
