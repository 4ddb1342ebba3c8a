DROP TABLE sight, product_versions, templates, parameters, items, product_media, product_links, products CASCADE;
DROP FUNCTION refuse_change_of_version, refuse_deletion_of_published, refuse_change_of_fixed_item, refuse_change_of_fixed_parameter;
