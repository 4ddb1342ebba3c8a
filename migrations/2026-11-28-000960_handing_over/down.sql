DROP TABLE link_passes;
