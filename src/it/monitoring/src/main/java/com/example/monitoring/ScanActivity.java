package com.example.monitoring;

import io.temporal.activity.ActivityInterface;

@ActivityInterface
public interface ScanActivity {

    byte[] reverse(byte[] document);

}
