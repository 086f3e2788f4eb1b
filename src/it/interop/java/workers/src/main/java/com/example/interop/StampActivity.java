package com.example.interop;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

@ActivityInterface
public interface StampActivity {

    @ActivityMethod(name = "java_stamp")
    Document stamp(Document document);

}
