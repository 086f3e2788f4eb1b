package com.example.shelf;

import io.github.claimcheck.temporal.spi.ContentAddressedStorageDriverProperties;

/** Settings of a driver that keeps payloads in memory. */
public class MapStorageDriverProperties extends ContentAddressedStorageDriverProperties {

    private String shelf = "main";

    MapStorageDriverProperties() {
        super("map");
    }

    public String getShelf() {
        return this.shelf;
    }

    public void setShelf(String shelf) {
        this.shelf = shelf;
    }

}
