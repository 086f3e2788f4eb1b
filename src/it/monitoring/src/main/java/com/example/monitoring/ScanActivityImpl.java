package com.example.monitoring;

import io.temporal.spring.boot.ActivityImpl;
import org.springframework.stereotype.Component;

@Component
@ActivityImpl(taskQueues = "scans")
public class ScanActivityImpl implements ScanActivity {

    @Override
    public byte[] reverse(byte[] document) {
        byte[] reversed = new byte[document.length];
        for (int i = 0; i < document.length; i++) {
            reversed[i] = document[document.length - 1 - i];
        }
        return reversed;
    }

}
